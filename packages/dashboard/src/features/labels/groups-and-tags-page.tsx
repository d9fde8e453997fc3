import { Stack } from '@mantine/core';
import { Page } from '../../platform/ui/page.tsx';
import { Section } from '../../platform/ui/section.tsx';
import { useProjectKey } from '../projects/project.queries.ts';
import { groups, tags } from './label-kind.ts';
import { LabelList } from './label-list.tsx';

const listHeight = 'max(240px, calc(50dvh - 190px))';

/** The names by which deployments pick devices, beside their apps. */
export function GroupsAndTagsPage() {
  const project = useProjectKey();
  return (
    <Page title="Groups and tags">
      <Stack>
        {[groups, tags].map((kind) => (
          <Section key={kind.plural} title={kind.title}>
            <LabelList project={project} kind={kind} height={listHeight} />
          </Section>
        ))}
      </Stack>
    </Page>
  );
}
