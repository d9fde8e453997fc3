import { Button, Group, Modal, Stack, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import type { DryRun } from '@tideway/protocol';
import { useState } from 'react';
import { countText } from '../../platform/ui/number-text.ts';
import { useProjectKey, useProjectName } from '../projects/project.queries.ts';
import type { OrderBody } from './order-values.rules.ts';
import { isAskedFirst } from './review.rules.ts';
import type { DeployState } from './use-deploy.ts';

type DeployButtonProps = {
  body: OrderBody;
  /** What exactly this order would do; null where that is not known, or it cannot be placed. */
  dry: DryRun | null;
  isChecking: boolean;
  /** Whether something of the filter does not count yet. */
  isUnfinished: boolean;
  deploy: DeployState;
};

/** Places the order; one for all devices of a project, where nothing was chosen, only after a question. */
export function DeployButton({ body, dry, isChecking, isUnfinished, deploy }: DeployButtonProps) {
  const projectName = useProjectName(useProjectKey());
  const [isAsked, { open, close }] = useDisclosure();
  // The order that was to be placed before it was checked.
  const [held, setHeld] = useState<OrderBody | null>(null);

  function press() {
    setHeld(isChecking ? body : null);
    if (dry !== null && isAskedFirst(body, dry)) open();
    else deploy.deploy();
  }

  return (
    <>
      {held === body && (
        <Text size="sm" role="status">
          Nothing was deployed: what you changed was still being checked. Look at it, and deploy.
        </Text>
      )}
      <Group>
        {/* Not disabled while the order is checked: who comes by keyboard would go past it. */}
        <Button
          onClick={press}
          // Whoever presses it is told what does not count yet: without this it would count, and the button move away.
          onMouseDown={(event) => isUnfinished && event.preventDefault()}
          loading={deploy.isBusy}
          aria-disabled={isChecking}
          data-disabled={isChecking}
        >
          {dry === null ? 'Deploy' : `Deploy to ${countText(dry.devices, 'device')}`}
        </Button>
      </Group>
      {dry !== null && (
        <Modal
          opened={isAsked}
          onClose={close}
          title={`Deploy to all ${countText(dry.devices, 'device')} of ${projectName}?`}
          centered
          // The second click of a double one is beside it.
          closeOnClickOutside={false}
        >
          <Stack>
            <Text size="sm">
              No group, condition or device was chosen: every device of the project gets the update. To deploy to some
              of them, cancel and choose these in step 2.
            </Text>
            <Group justify="flex-end">
              <Button variant="default" onClick={close} data-autofocus>
                Cancel
              </Button>
              <Button
                onClick={() => {
                  close();
                  deploy.deploy();
                }}
              >
                Deploy to all
              </Button>
            </Group>
          </Stack>
        </Modal>
      )}
    </>
  );
}
