import { type Fault, type FlowDocument, flowFileText } from '@tideway/protocol';
import { checkInPart } from './check-in-part.rules.ts';
import { inputKeys, readFlow } from './read-flow.rules.ts';
import { type ParsedText, parseYamlText } from './yaml-text.rules.ts';

const maxBytes = 256 * 1024;

/**
 * Reads a file of flows, in YAML or JSON, in our form or the vendor's. Gives each flow in normal form, or every fault of
 * the file at once, with path and line.
 */
export function readFlowFile(text: string): { flows: FlowDocument[] } | { faults: Fault[] } {
  const { flows, faults } = readFlowFileInPart(text);
  return faults.length > 0 ? { faults } : { flows };
}

/** What could be read of a file of flows. */
export type FlowFileInPart = {
  /** Of all its flows, in their order: of those, too, that could not be read. */
  names: string[];
  /** With faults they serve to be shown, and are not to be used: what is wrong is left out of them. */
  flows: FlowDocument[];
  /** In the order of their lines. */
  faults: Fault[];
  lineOf: (path: string) => number;
};

/** The same, where a file is looked at before it is right. */
export function readFlowFileInPart(text: string): FlowFileInPart {
  if (new TextEncoder().encode(text).length > maxBytes) {
    return nothingBut([{ path: '', message: 'A file of flows must have at most 256 KiB' }]);
  }
  const { parsed, faults } = parseYamlText(text);
  if (parsed === null) return nothingBut(faults);
  const { names, flows, faults: found } = readFlows(parsed);
  const all = [...faults, ...withLines(found, parsed.lineOf)];
  return { names, flows, faults: all.sort(byLine), lineOf: parsed.lineOf };
}

/** The faults, each with the line of what it is about. */
export function withLines(faults: Fault[], lineOf: FlowFileInPart['lineOf']): Fault[] {
  return faults.map((fault) => ({ ...fault, line: fault.line ?? lineOf(fault.path) }));
}

/** Sorts faults by their lines. */
export function byLine(one: Fault, other: Fault): number {
  return (one.line ?? 0) - (other.line ?? 0);
}

function nothingBut(faults: Fault[]): FlowFileInPart {
  return { names: [], flows: [], faults, lineOf: () => 1 };
}

function readFlows(parsed: ParsedText): Omit<FlowFileInPart, 'lineOf'> {
  const file = checkInPart(flowFileText, parsed.value, '', [...Object.keys(flowFileText.shape), ...inputKeys]);
  if (file.value === null) return { names: [], flows: [], faults: file.faults };
  const common = file.value.on?.['workflow-dispatch']?.inputs ?? null;
  const read = Object.entries(file.value.flows).map(([name, value]) => readFlow(name, value, common, parsed));
  if (read.length === 0) file.faults.push({ path: 'flows', message: 'flows must name at least one flow' });
  return {
    names: Object.keys(file.value.flows),
    flows: read.flatMap(({ document }) => (document === null ? [] : [document])),
    faults: [...file.faults, ...read.flatMap(({ faults }) => faults)],
  };
}
