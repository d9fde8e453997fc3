import { Table } from '@mantine/core';
import { type Progress, updateStatuses } from '@tideway/protocol';
import { numberText } from '../../platform/ui/number-text.ts';
import { statusWords } from '../../platform/ui/status.ts';
import { Time } from '../../platform/ui/time.tsx';
import { fewOf } from './progress.rules.ts';

const rowsShown = 20;

/** The course of a deployment as numbers, at some times with even spaces between them. */
export function ProgressTable({ progress }: { progress: Progress }) {
  return (
    <Table.ScrollContainer minWidth={480} mt="xs">
      <Table className="numbers" withTableBorder>
        <Table.Caption>How many updates had each status</Table.Caption>
        <Table.Thead>
          <Table.Tr>
            <Table.Th scope="col">Time</Table.Th>
            {updateStatuses.map((status) => (
              <Table.Th key={status} scope="col" ta="right">
                {statusWords[status]}
              </Table.Th>
            ))}
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {fewOf(progress.points, rowsShown).map((point) => (
            <Table.Tr key={point.at}>
              <Table.Td>
                <Time at={point.at} />
              </Table.Td>
              {updateStatuses.map((status) => (
                <Table.Td key={status} ta="right">
                  {numberText(point[status])}
                </Table.Td>
              ))}
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  );
}
