import { Page } from '../../platform/ui/page.tsx';

export function PairingTokensPage() {
  return <Page title="Pairing tokens">{null}</Page>;
}
