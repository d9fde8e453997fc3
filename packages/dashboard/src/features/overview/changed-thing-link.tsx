import { Text } from '@mantine/core';
import type { AuditEventView } from '@tideway/protocol';
import { TextLink } from '../../platform/ui/links.tsx';
import { type ChangedThing, changedThing } from './changed-thing.rules.ts';

/** What a change was made to; leads to its page where it has one. */
export function ChangedThingLink({ event }: { event: AuditEventView }) {
  const thing = changedThing(event);
  return (
    <>
      <Name thing={thing} target={event.target} />
      {thing.id !== null && (
        <>
          {' '}
          <Text span size="sm" c="dimmed" className="mono">
            {thing.id}
          </Text>
        </>
      )}
    </>
  );
}

function Name({ thing: { name, page }, target }: { thing: ChangedThing; target: string }) {
  if (page === null) return name;
  const { of, project } = page;
  switch (of) {
    case 'device':
      return (
        <TextLink to="/p/$project/devices/$device" params={{ project, device: target }} underline="always">
          {name}
        </TextLink>
      );
    case 'flow':
      return (
        <TextLink to="/p/$project/flows/$flow" params={{ project, flow: target }} underline="always">
          {name}
        </TextLink>
      );
    case 'deployment':
      return (
        <TextLink to="/p/$project/deployments/$deployment" params={{ project, deployment: target }} underline="always">
          {name}
        </TextLink>
      );
    case 'artifact':
      return (
        <TextLink to="/p/$project/artifacts" params={{ project }} search={{ artifact: target }} underline="always">
          {name}
        </TextLink>
      );
  }
}
