import { Button, Group, Stack, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Page } from '../../platform/ui/page.tsx';
import { Section } from '../../platform/ui/section.tsx';
import { flowQuery } from '../flows/flow.queries.ts';
import { useProjectKey } from '../projects/project.queries.ts';
import type { OrderDraft } from './order-draft.rules.ts';
import type { OrderSearch } from './order-search.rules.ts';

type DraftQuestionProps = {
  draft: OrderDraft;
  /** What would take its place. */
  search: OrderSearch;
  onKeep: () => void;
  onReplace: () => void;
};

/** Asks before another deployment takes the place of one that was typed and is not deployed yet. */
export function DraftQuestion({ draft: { values }, search, onKeep, onReplace }: DraftQuestionProps) {
  const project = useProjectKey();
  const flow = useQuery({ ...flowQuery(project, values.flow, null), enabled: values.flow !== '' }).data;
  const what = `A deployment${flow ? ` of ${flow.name}` : ''}${values.comment === '' ? '' : ` (“${values.comment}”)`}`;
  return (
    <Page title="New deployment">
      <Section title="You have typed another deployment here">
        <Stack gap="md">
          <Text size="sm" style={{ overflowWrap: 'anywhere' }}>
            {what} is kept as you left it, and not deployed yet.{' '}
            {search.again === undefined ? 'Another flow' : `Deploying ${search.again} again`} takes its place.
          </Text>
          <Group gap="sm">
            <Button onClick={onKeep}>Go on with what I typed</Button>
            <Button variant="default" onClick={onReplace}>
              {search.again === undefined
                ? 'Drop it, and begin with the other flow'
                : `Drop it, and deploy ${search.again} again`}
            </Button>
          </Group>
        </Stack>
      </Section>
    </Page>
  );
}
