import { Page } from '../../platform/ui/page.tsx';

export function AccountPage() {
  return <Page title="Your account">{null}</Page>;
}
