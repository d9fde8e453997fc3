import { Page } from '../../platform/ui/page.tsx';

export function NewDeploymentPage() {
  return <Page title="New deployment">{null}</Page>;
}
