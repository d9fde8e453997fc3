import { Button, Group, Progress, Stack, Text, TextInput } from '@mantine/core';
import { IconCircleCheckFilled } from '@tabler/icons-react';
import { TextLink } from '../../platform/ui/links.tsx';
import { bytesText, countText } from '../../platform/ui/number-text.ts';
import { Section } from '../../platform/ui/section.tsx';
import { folderOf } from './artifact.rules.ts';
import type { Upload, Uploads } from './use-uploads.ts';

/** Files that were chosen, are on their way, or could not be kept. */
export function UploadList({ project, uploads }: { project: string; uploads: Uploads }) {
  const chosen = uploads.list.filter(({ state }) => state === 'chosen').map(({ id }) => id);
  const hasDone = uploads.list.some(({ state }) => state === 'done');
  return (
    <Section
      title="Uploads"
      actions={
        <Group gap="xs">
          {hasDone && (
            <Button size="xs" variant="default" onClick={uploads.clearDone}>
              Clear what is done
            </Button>
          )}
          {chosen.length > 0 && (
            <Button size="xs" onClick={() => uploads.send(chosen)}>
              {`Upload ${countText(chosen.length, 'file')}`}
            </Button>
          )}
        </Group>
      }
    >
      <Stack component="ul" gap="md" p={0} m={0}>
        {uploads.list.map((upload) => (
          <UploadLine key={upload.id} project={project} upload={upload} uploads={uploads} />
        ))}
      </Stack>
    </Section>
  );
}

type UploadLineProps = { project: string; upload: Upload; uploads: Uploads };

function UploadLine({ project, upload, uploads }: UploadLineProps) {
  const { id, file, path, state, fault } = upload;
  const isOpen = state === 'chosen' || state === 'failed';
  return (
    <Stack component="li" gap={4} style={{ listStyle: 'none' }} aria-label={file.name}>
      <Group gap="xs" align="flex-start">
        {isOpen ? (
          <TextInput
            label={`Path of ${file.name}`}
            description={`${bytesText(file.size)}${file.size === 0 ? ': this file is empty, and is kept so' : ''}`}
            value={path}
            onChange={(event) => uploads.setPath(id, event.currentTarget.value)}
            onKeyDown={({ key }) => key === 'Enter' && uploads.send([id])}
            error={fault}
            inputWrapperOrder={['label', 'input', 'error', 'description']}
            flex={{ base: '1 1 100%', xs: '1 1 240px' }}
            spellCheck={false}
          />
        ) : (
          <Text size="sm" style={{ flex: '1 1 240px', overflowWrap: 'anywhere' }}>
            {path}
          </Text>
        )}
        {state === 'failed' && (
          <Button
            size="xs"
            variant="default"
            mt={{ base: 0, xs: 25 }}
            onClick={() => uploads.send([id])}
            aria-label={`Try again: ${file.name}`}
          >
            Try again
          </Button>
        )}
        {state !== 'done' && (
          <Button
            size="xs"
            variant="default"
            mt={isOpen ? { base: 0, xs: 25 } : 0}
            onClick={() => uploads.cancel(id)}
            aria-label={`${isOpen ? 'Remove' : 'Cancel'} ${file.name}`}
          >
            {isOpen ? 'Remove' : 'Cancel'}
          </Button>
        )}
      </Group>
      {(state === 'waiting' || state === 'sending') && <SendProgress upload={upload} />}
      {state === 'done' && (
        <Group gap={6} role="status">
          <IconCircleCheckFilled size={16} color="var(--status-success)" aria-hidden />
          <Text size="sm">Uploaded</Text>
          <TextLink
            to="/p/$project/artifacts"
            params={{ project }}
            search={{ ...(folderOf(path) !== '' && { prefix: folderOf(path) }), artifact: path }}
          >
            Show it
          </TextLink>
        </Group>
      )}
    </Stack>
  );
}

function SendProgress({ upload: { file, state, sentBytes } }: { upload: Upload }) {
  const percent = file.size === 0 ? 0 : Math.min(100, (sentBytes / file.size) * 100);
  if (state === 'waiting') {
    return (
      <Text size="sm" c="dimmed">
        Waits for the one before
      </Text>
    );
  }
  return (
    <Group gap="xs" wrap="nowrap">
      <Progress.Root size="sm" style={{ flex: 1 }}>
        <Progress.Section value={percent} aria-label={`Progress of ${file.name}`} />
      </Progress.Root>
      <Text size="sm" className="numbers">
        {percent >= 100 ? 'Being kept' : `${bytesText(sentBytes)} of ${bytesText(file.size)}`}
      </Text>
    </Group>
  );
}
