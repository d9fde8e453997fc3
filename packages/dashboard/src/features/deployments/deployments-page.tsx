import { Page } from '../../platform/ui/page.tsx';

export function DeploymentsPage() {
  return <Page title="Deployments">{null}</Page>;
}
