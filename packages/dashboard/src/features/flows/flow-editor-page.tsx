import { Page } from '../../platform/ui/page.tsx';

export function FlowEditorPage() {
  return <Page title="Edit update flow">{null}</Page>;
}
