import { Page } from '../../platform/ui/page.tsx';

export function DeploymentPage() {
  return <Page title="Deployment">{null}</Page>;
}
