import { Page } from '../../platform/ui/page.tsx';

export function DevicesPage() {
  return <Page title="Devices">{null}</Page>;
}
