import { Page } from '../../platform/ui/page.tsx';

export function OverviewPage() {
  return <Page title="Overview">{null}</Page>;
}
