import { Stack, Text } from '@mantine/core';
import type { CreatedPairingToken } from '@tideway/protocol';
import { useState } from 'react';
import { EmptyNote } from '../../platform/ui/notes.tsx';
import { Page } from '../../platform/ui/page.tsx';
import { useProjectKey } from '../projects/project.queries.ts';
import { useMay } from '../session/session.queries.ts';
import { ArrivingDevices } from './arriving-devices.tsx';
import { AwaitingApproval } from './awaiting-approval.tsx';
import { LinesToPaste } from './lines-to-paste.tsx';
import { NewTokenForm } from './new-token-form.tsx';

/** From nothing to a device that is there: a pairing token, the line to paste, and who comes. */
export function RegisterDevicePage() {
  const project = useProjectKey();
  const mayRegister = useMay('admin');
  // Stands here and nowhere else: who leaves the page cannot read it again.
  const [token, setToken] = useState<CreatedPairingToken | null>(null);
  if (!mayRegister) {
    return (
      <Page title="Register device">
        <EmptyNote title="This needs the role admin">
          Ask an admin or the owner of this account to register the device, or for a line to paste on it.
        </EmptyNote>
      </Page>
    );
  }
  return (
    <Page title="Register device">
      <Stack>
        {token === null ? (
          <>
            <Text size="sm" maw={640}>
              A device joins this project with a pairing token. You get one line to paste on the machine, which installs
              the agent there, and see the device here as it arrives.
            </Text>
            <NewTokenForm project={project} onDone={setToken} />
          </>
        ) : (
          <>
            <LinesToPaste project={project} token={token} onAgain={() => setToken(null)} />
            <ArrivingDevices project={project} token={token} />
          </>
        )}
        <AwaitingApproval project={project} />
      </Stack>
    </Page>
  );
}
