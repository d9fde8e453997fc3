import { Page } from '../../platform/ui/page.tsx';

export function GroupsAndTagsPage() {
  return <Page title="Groups and tags">{null}</Page>;
}
