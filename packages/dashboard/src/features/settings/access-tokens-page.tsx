import { Page } from '../../platform/ui/page.tsx';

export function AccessTokensPage() {
  return <Page title="Access tokens">{null}</Page>;
}
