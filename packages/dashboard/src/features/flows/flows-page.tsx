import { Page } from '../../platform/ui/page.tsx';

export function FlowsPage() {
  return <Page title="Update flows">{null}</Page>;
}
