import type { Result } from './result.ts';

/** The results as a table in Markdown. */
export function tableOf(results: readonly Result[]): string {
  const lines = results.map((result) => [
    result.name,
    `${shown(result.value)} ${result.unit}`,
    `${shown(result.baseline)} ${result.unit}`,
    shown(result.ratio),
    `${result.direction === 'at_most' ? '≤' : '≥'} ${result.limit}`,
    result.holds ? 'yes' : '**no**',
    result.note ?? '',
  ]);
  const head = ['row', 'measured', 'baseline', 'ratio', 'limit', 'holds', 'note'];
  return [head, head.map(() => '---'), ...lines].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

function shown(value: number): string {
  return Number.isFinite(value) ? String(Number(value.toPrecision(3))) : '–';
}
