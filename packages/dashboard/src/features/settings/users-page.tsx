import { Page } from '../../platform/ui/page.tsx';

export function UsersPage() {
  return <Page title="Users">{null}</Page>;
}
