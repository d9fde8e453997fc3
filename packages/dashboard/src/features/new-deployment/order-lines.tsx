import { Stack, Text } from '@mantine/core';
import { CopyLine } from '../../platform/ui/copy-line.tsx';
import { TextLink } from '../../platform/ui/links.tsx';
import { useProjectKey, useProjectName } from '../projects/project.queries.ts';
import { commandLine, curlLine, isListOfDevices, secretsIn, withoutSecrets } from './order-lines.rules.ts';
import type { FlowInputs, OrderBody } from './order-values.rules.ts';

/** The same order as a pipeline or a shell places it. */
export function OrderLines({ body, inputs }: { body: OrderBody; inputs: FlowInputs }) {
  const projectKey = useProjectKey();
  const projectName = useProjectName(projectKey);
  const target = { url: window.location.origin, projectKey, projectName };
  const shown = withoutSecrets(body, inputs);
  const secrets = secretsIn(body, inputs);
  return (
    <Stack gap="xs">
      <Text size="sm" fw={600}>
        The same by curl
      </Text>
      <Text size="sm" c="dimmed">
        It reads an access token from <code>$TIDEWAY_TOKEN</code>.{' '}
        {/* Beside this page, on which secrets may have been typed. */}
        <TextLink to="/settings/access-tokens" target="_blank" underline="always">
          Create an access token
        </TextLink>
        .
        {isListOfDevices(body) &&
          ' It calls /api/v2, because /v2/deploy_update takes a filter and no list of picked devices.'}
      </Text>
      <Line label="curl line" text={curlLine(shown, target)} />
      <Text size="sm" fw={600}>
        The same by the command line
      </Text>
      <Text size="sm" c="dimmed">
        After <code>tideway login</code>, or with <code>TIDEWAY_URL</code> and <code>TIDEWAY_TOKEN</code>.
      </Text>
      <Line label="command line" text={commandLine(shown, target)} />
      {secrets.length > 0 && (
        <Text size="sm">
          Secret values are not in these lines: write {secrets.length === 1 ? 'it' : 'them'} in place of{' '}
          {secrets.map((name) => `<${name}>`).join(', ')}.
        </Text>
      )}
    </Stack>
  );
}

/** A line may name ten thousand devices. */
function Line({ label, text }: { label: string; text: string }) {
  return <CopyLine label={label} text={text} isBlock maxHeight={360} />;
}
