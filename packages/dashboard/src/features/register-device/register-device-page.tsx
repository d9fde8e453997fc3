import { Page } from '../../platform/ui/page.tsx';

export function RegisterDevicePage() {
  return <Page title="Register device">{null}</Page>;
}
