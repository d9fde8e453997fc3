import { Page } from '../../platform/ui/page.tsx';

export function DevicePage() {
  return <Page title="Device">{null}</Page>;
}
