import { createContext, type FocusEventHandler, useContext } from 'react';
import type { Document } from 'yaml';
import { type DrawnFlow, valueAt } from './drawing.rules.ts';
import { isWithin, type PlacedFault, placeText } from './fault-place.rules.ts';
import { type NewValue, setAt } from './flow-edits.rules.ts';
import type { Path, Value } from './flow-source.rules.ts';
import { onceReleased } from './once-released.ts';

/** The flow that the forms show, and the way to change its text. */
export type FlowEditing = {
  flow: DrawnFlow;
  faults: readonly PlacedFault[];
  /** The text is no YAML at the moment: there is nothing that a form could change. */
  isStale: boolean;
  edit: (edit: (document: Document) => void) => void;
  /** Somebody has left the field of this place. */
  leave: (place: Path) => void;
};

const FlowEditingContext = createContext<FlowEditing | null>(null);
export const FlowEditingProvider = FlowEditingContext.Provider;

export function useFlowEditing(): FlowEditing {
  const editing = useContext(FlowEditingContext);
  if (editing === null) throw new Error('A form of a flow stands outside of its editor');
  return editing;
}

/** Notes that a field is left, from what stands around its input, or its inputs. */
export function useLeaving(): (place: Path) => FocusEventHandler {
  const { leave } = useFlowEditing();
  return (place) =>
    ({ currentTarget, relatedTarget }) => {
      if (!currentTarget.contains(relatedTarget)) onceReleased(() => leave(place));
    };
}

export type EditedField = {
  value: Value;
  /** Undefined takes the key away. */
  set: (value: NewValue | undefined) => void;
  /** What is wrong there, at the place itself or within it. */
  fault: string | null;
};

/** A value of the flow by its place, as `['steps', 0, 'with', 'path']`. */
export function useEditedField(place: Path): EditedField {
  const { flow, faults, edit } = useFlowEditing();
  const outer = placeText(place);
  const messages = faults.filter((fault) => isWithin(fault.place, outer)).map(({ message }) => message);
  return {
    value: valueAt(flow.value, place),
    set: (value) => edit((document) => setAt(document, ['flows', flow.name, ...place], value)),
    fault: messages.length === 0 ? null : [...new Set(messages)].join('. '),
  };
}
