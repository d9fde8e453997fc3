import { Page } from '../../platform/ui/page.tsx';

export function RegistriesPage() {
  return <Page title="Registries">{null}</Page>;
}
