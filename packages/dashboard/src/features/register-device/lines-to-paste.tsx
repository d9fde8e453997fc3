import { Alert, Button, Stack, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import type { CreatedPairingToken, ServerView } from '@tideway/protocol';
import { CopyLine } from '../../platform/ui/copy-line.tsx';
import { ErrorNote, LoadingNote } from '../../platform/ui/notes.tsx';
import { countText } from '../../platform/ui/number-text.ts';
import { Section } from '../../platform/ui/section.tsx';
import { Time } from '../../platform/ui/time.tsx';
import { serverQuery } from '../projects/server.queries.ts';
import { arrivalsQuery } from './register-device.queries.ts';
import { installLine, isOnThisMachineOnly, isUsedUp, tryLine } from './register-device.rules.ts';

type LinesToPasteProps = { project: string; token: CreatedPairingToken; onAgain: () => void };

/** What to paste on the machine that is to become a device, as long as one can join by it. */
export function LinesToPaste({ project, token, onAgain }: LinesToPasteProps) {
  const server = useQuery(serverQuery);
  const arrived = useQuery(arrivalsQuery(project, token.id)).data?.length ?? 0;
  if (isUsedUp(token.uses_left, arrived)) return <UsedUp arrived={arrived} onAgain={onAgain} />;
  return (
    <Section
      title="Paste this on the machine"
      actions={
        <Button size="xs" variant="default" onClick={onAgain}>
          Another token
        </Button>
      }
    >
      {server.data ? (
        <Lines server={server.data} token={token} />
      ) : server.error ? (
        <ErrorNote error={server.error} onRetry={server.refetch} />
      ) : (
        <LoadingNote />
      )}
    </Section>
  );
}

function UsedUp({ arrived, onAgain }: { arrived: number; onAgain: () => void }) {
  return (
    <Section title={`${countText(arrived, 'device')} joined`}>
      <Stack gap="sm" align="flex-start">
        <Text size="sm">The pairing token is used up: nobody joins with it any more.</Text>
        <Button size="xs" variant="default" onClick={onAgain}>
          Register another device
        </Button>
      </Stack>
    </Section>
  );
}

function Lines({ server, token }: { server: ServerView; token: CreatedPairingToken }) {
  const address = server.public_url ?? window.location.origin;
  const canInstall = server.public_url !== null && server.agent_version !== null;
  return (
    <Stack gap="sm">
      {isOnThisMachineOnly(address) && <LocalAddressNote address={address} />}
      {canInstall && (
        <>
          <Text size="sm">
            On a Linux machine, in a terminal. It installs the agent as a service, and the machine joins this project.
          </Text>
          <CopyLine text={installLine(address, token.token)} label="the line that installs the agent" isBlock />
        </>
      )}
      {!canInstall && <WhyNoScript server={server} />}
      <details open={!canInstall}>
        <summary style={{ cursor: 'pointer' }}>To try it out: an agent from a checkout of Tideway</summary>
        <Text size="sm" my="xs">
          In the folder of the checkout, on any machine with Node.js 20.19 or newer. A folder below /tmp stands for the
          whole machine: nothing else is changed.
          {token.uses_left !== 1 && ' For each further device, put another name in all places of try-1.'}
        </Text>
        <CopyLine
          text={tryLine(address, token.token, 'try-1')}
          label="the line that runs an agent from a checkout"
          isBlock
        />
      </details>
      <details>
        <summary style={{ cursor: 'pointer' }}>The token itself</summary>
        <CopyLine text={token.token} label="the pairing token" />
      </details>
      <Text size="sm">
        <strong>This token is shown once.</strong> When you leave this page it cannot be read any more; you can always
        make another one. <Limits token={token} />
      </Text>
    </Stack>
  );
}

function Limits({ token: { uses_left, expires_at, group, needs_approval } }: { token: CreatedPairingToken }) {
  return (
    <>
      {uses_left === null
        ? 'Any number of devices can join with it'
        : `${countText(uses_left, 'device')} can join with it`}
      {expires_at === null ? (
        ', until it is revoked'
      ) : (
        <>
          {' '}
          until <Time at={expires_at} />
        </>
      )}
      {group !== null && `, into the group ${group}`}
      {needs_approval && ', and each needs approval'}.
    </>
  );
}

function LocalAddressNote({ address }: { address: string }) {
  return (
    <Alert color="yellow" variant="light">
      <Text size="sm" fw={600} c="var(--mantine-color-text)" style={{ overflowWrap: 'anywhere' }}>
        {`${address} is an address of this machine only`}
      </Text>
      <Text size="sm" c="var(--mantine-color-text)">
        Other machines do not reach the server by it. Open the dashboard by an address that they reach, or start the
        server with TIDEWAY_PUBLIC_URL set to one.
      </Text>
    </Alert>
  );
}

function WhyNoScript({ server }: { server: ServerView }) {
  return (
    <Text size="sm">
      {server.public_url === null
        ? 'A line that installs the agent as a service is given once the server knows its own address: start it with TIDEWAY_PUBLIC_URL set, as https://updates.example.com.'
        : 'This server has no program of the agent to give out, so that there is no line that installs it.'}
    </Text>
  );
}
