import type { Api } from '../api.ts';
import { type DemoDevice, projectPath } from './fleet.ts';

/** Takes three minutes and says something every second: there is time to look at it while it runs. */
const calibrationFlow = `flows:
  calibrate:
    description: Calibrates the sensors of a device
    steps:
      - name: Read the sensors
        run: |
          for round in $(seq 1 180); do
            echo "round $round: humidity $((40 + round % 7)) %"
            sleep 1
          done
      - name: Write the table
        run: echo "calibrated" >> "$TIDEWAY_ROOT/var/log/app.log"
`;

/** Deploys it to one device; gives the deployment's id. */
export async function startCalibration(api: Api, device: DemoDevice): Promise<string> {
  type Saved = { update_flows: { uuid: string }[] };
  const saved = await api.send<Saved>('POST', `${projectPath}/update-flows`, calibrationFlow, 'application/yaml');
  const order = {
    device_ids: [device.id],
    deployment_configuration: { flow_uuid: saved.update_flows[0]?.uuid ?? '', comment: 'takes three minutes' },
  };
  return (await api.send<{ deployment_id: string }>('POST', `${projectPath}/deployments`, order)).deployment_id;
}
