import { Page } from '../../platform/ui/page.tsx';

export function FlowPage() {
  return <Page title="Update flow">{null}</Page>;
}
