import { type ButtonProps, Modal } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import type { ClaimableDevice, Device } from '@tideway/protocol';
import { useState } from 'react';
import { path, post } from '../../platform/api/call.ts';
import { ConfirmButton } from '../../platform/ui/confirm-button.tsx';
import { DialogButton } from '../../platform/ui/dialog-button.tsx';
import { ButtonLink } from '../../platform/ui/links.tsx';
import { countText } from '../../platform/ui/number-text.ts';
import { ShownOnce } from '../../platform/ui/shown-once.tsx';
import { tellDone } from '../../platform/ui/tell.ts';
import { useMay } from '../session/session.queries.ts';
import { deleteDevice, openUpdatesQuery, useDevicesChanged, useDevicesLeft } from './device.queries.ts';
import { EditDeviceForm } from './edit-device-form.tsx';

type DeviceActionsProps = { project: string; device: Device };

/** What somebody of this role may do with a device. */
export function DeviceActions({ project, device }: DeviceActionsProps) {
  const mayOperate = useMay('operator');
  const mayAdminister = useMay('admin');
  if (!mayOperate) return null;
  return (
    <>
      {mayAdminister && (device.needs_approval || device.held) && <ApproveButton project={project} device={device} />}
      <ButtonLink
        to="/p/$project/deployments/new"
        params={{ project }}
        search={{ devices: [device.id] }}
        variant="default"
      >
        Deploy
      </ButtonLink>
      <DialogButton verb="Edit" title={`Edit ${device.name}`}>
        {(close) => <EditDeviceForm project={project} device={device} onDone={close} />}
      </DialogButton>
      {mayAdminister && <RekeyButton project={project} device={device} />}
      {mayAdminister && <DeleteButton project={project} device={device} />}
    </>
  );
}

export function ApproveButton({ project, device, ...button }: DeviceActionsProps & ButtonProps) {
  const changed = useDevicesChanged(project);
  async function approve() {
    await post<Device>(path`/${project}/devices/${device.id}/approve`);
    await changed();
    tellDone(`${device.name} is approved.`);
  }
  return (
    <ConfirmButton
      verb="Approve"
      title={`Approve ${device.name}?`}
      isDestructive={false}
      variant="filled"
      {...button}
      onConfirm={approve}
    >
      {device.held
        ? 'Its state seems to be restored or copied. Approve it where you know why, and only one machine has this key: it takes up updates again.'
        : 'Deployments select the device from now on, and it gets what they give it.'}
    </ConfirmButton>
  );
}

function RekeyButton({ project, device }: DeviceActionsProps) {
  const changed = useDevicesChanged(project);
  const [token, setToken] = useState<string | null>(null);
  async function rekey() {
    const claimable = await post<ClaimableDevice>(path`/${project}/devices/${device.id}/rekey`);
    setToken(claimable.claim_token);
    await changed();
  }
  return (
    <>
      <ConfirmButton verb="Drop key" title={`Drop the key of ${device.name}?`} onConfirm={rekey}>
        The machine that has this key is not known here any more from this moment. The one that takes its place joins by
        a claim token, which you get now, this once. Its updates and its history stay.
      </ConfirmButton>
      <Modal
        opened={token !== null}
        onClose={() => setToken(null)}
        title={`Claim token of ${device.name}`}
        centered
        // A slip must not lose what is shown this once.
        closeOnClickOutside={false}
        closeOnEscape={false}
        withCloseButton={false}
      >
        <ShownOnce lines={[{ label: 'Claim token', text: token ?? '' }]} onDone={() => setToken(null)}>
          Give it to the agent of the new machine as its pairing token. It works once, and is shown only now.
        </ShownOnce>
      </Modal>
    </>
  );
}

function DeleteButton({ project, device }: DeviceActionsProps) {
  const navigate = useNavigate();
  const deleted = useDevicesLeft(project);
  const open = useQuery(openUpdatesQuery(project, device.id)).data;
  const openCount = (open?.pending.length ?? 0) + (open?.inProgress.length ?? 0);
  async function deleteIt() {
    await deleteDevice(project, device.id);
    await navigate({ to: '/p/$project/devices', params: { project } });
    await deleted();
    tellDone(`${device.name} is deleted.`);
  }
  return (
    <ConfirmButton verb="Delete" title={`Delete ${device.name}?`} onConfirm={deleteIt}>
      The device will be gone from the project, and its agent is not known here any more.{' '}
      {openCount === 0
        ? 'It has no open update.'
        : `It has ${countText(openCount, 'open update')}: they end as aborted.`}{' '}
      Nothing on the device itself is changed.
    </ConfirmButton>
  );
}
