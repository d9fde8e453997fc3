import { Page } from '../../platform/ui/page.tsx';

export function ArtifactsPage() {
  return <Page title="Artifacts">{null}</Page>;
}
