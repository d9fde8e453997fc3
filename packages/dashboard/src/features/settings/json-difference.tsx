import { Text, VisuallyHidden } from '@mantine/core';
import { useMemo } from 'react';
import { type DifferenceLine, jsonDifference } from './json-difference.rules.ts';

const marks = { both: '  ', before: '- ', after: '+ ' };
const words = { both: '', before: 'only before: ', after: 'only after: ' };
const colors = { both: 'inherit', before: 'var(--status-failed)', after: 'var(--status-success)' };

/** What there was before a change and what after, line by line. */
export function JsonDifference({ before, after }: { before: unknown; after: unknown }) {
  const lines = useMemo(() => jsonDifference(before, after), [before, after]);
  return (
    <div>
      <Text size="xs" c="dimmed" mb={4}>
        Lines with − were there before, lines with + are there after.
      </Text>
      <pre className="mono" style={{ margin: 0, whiteSpace: 'pre-wrap', overflowWrap: 'anywhere' }}>
        {lines.map((line, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: the lines of one event never change
          <Line key={index} line={line} />
        ))}
      </pre>
    </div>
  );
}

function Line({ line }: { line: DifferenceLine }) {
  return (
    <div style={{ color: colors[line.in] }}>
      <span aria-hidden>{marks[line.in]}</span>
      <VisuallyHidden component="span">{words[line.in]}</VisuallyHidden>
      {line.text}
    </div>
  );
}
