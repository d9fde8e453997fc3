import { Page } from '../../platform/ui/page.tsx';

export function AuditLogPage() {
  return <Page title="Audit log">{null}</Page>;
}
