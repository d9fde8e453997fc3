import {
  type Announcements,
  type CollisionDetection,
  closestCenter,
  DndContext,
  type DragEndEvent,
  KeyboardSensor,
  PointerSensor,
  pointerWithin,
  type UniqueIdentifier,
  useSensor,
  useSensors,
} from '@dnd-kit/core';
import { SortableContext, sortableKeyboardCoordinates, verticalListSortingStrategy } from '@dnd-kit/sortable';
import { Stack, Text, VisuallyHidden } from '@mantine/core';
import { useRef, useState } from 'react';
import { AddStep } from './add-step.tsx';
import { type DrawnType, freeName } from './drawing.rules.ts';
import { useFlowEditing } from './flow-editing.tsx';
import { duplicateAt, insertAt, moveAt, removeItemAt, setAt } from './flow-edits.rules.ts';
import { newStep } from './new-flow.rules.ts';
import type { OpenStep } from './open-step.rules.ts';
import { StepCard } from './step-card.tsx';
import { stepWords } from './step-words.ts';

type StepListProps = {
  /** A mark for each step; it goes with the step when that is moved. */
  marks: string[];
  /** The step whose form is shown. */
  open: OpenStep | null;
  onOpen: (open: OpenStep | null) => void;
};

/** Steps differ in height by much where one is open: what the pointer is over counts, and without a pointer what is near. */
const collidesWith: CollisionDetection = (given) => {
  const under = pointerWithin(given);
  return under.length > 0 ? under : closestCenter(given);
};

/** The drawing: steps in their order, moved by pointer, by keyboard, and by plain buttons. */
export function StepList({ marks, open, onOpen }: StepListProps) {
  const { flow, faults, isStale, edit } = useFlowEditing();
  const [added, setAdded] = useState<number | null>(null);
  const [said, say] = useState('');
  const sensors = useSensors(
    useSensor(PointerSensor, { activationConstraint: { distance: 4 } }),
    useSensor(KeyboardSensor, { coordinateGetter: sortableKeyboardCoordinates }),
  );
  const isJustPickedUp = useRef(false);
  const path = ['flows', flow.name, 'steps'];
  const names = flow.steps.map(({ name }) => name);
  const indexOf = (id: UniqueIdentifier) => marks.indexOf(String(id));
  const nameOf = (id: UniqueIdentifier) => names[indexOf(id)] || `step ${indexOf(id) + 1}`;

  function move(from: number, to: number) {
    edit((document) => moveAt(document, path, from, to));
    // What is open goes along.
    if (open?.index === from) onOpen({ ...open, index: to });
    else if (open !== null && open.index > from && open.index <= to) onOpen({ ...open, index: open.index - 1 });
    else if (open !== null && open.index < from && open.index >= to) onOpen({ ...open, index: open.index + 1 });
    say(`${names[from]} is now step ${to + 1} of ${names.length}`);
  }

  function add(type: DrawnType) {
    const index = flow.steps.length;
    edit((document) => insertAt(document, path, index, newStep(type, stepWords[type].title, flow)));
    onOpen({ index, left: [] });
    setAdded(index);
  }

  function duplicate(index: number) {
    edit((document) => {
      duplicateAt(document, path, index);
      setAt(document, [...path, index + 1, 'name'], freeName(names[index] ?? '', names));
    });
    onOpen({ index: index + 1, left: null });
    setAdded(index + 1);
  }

  function remove(index: number) {
    edit((document) => removeItemAt(document, path, index));
    if (open?.index === index) onOpen(null);
    else if (open !== null && open.index > index) onOpen({ ...open, index: open.index - 1 });
    say(`${names[index]} was removed. Undo brings it back.`);
  }

  function drop({ active, over }: DragEndEvent) {
    if (over && over.id !== active.id) move(indexOf(active.id), indexOf(over.id));
  }

  const announcements: Announcements = {
    onDragStart: ({ active }) => {
      isJustPickedUp.current = true;
      return `Picked up ${nameOf(active.id)}, step ${indexOf(active.id) + 1} of ${names.length}.`;
    },
    onDragOver: ({ active, over }) => {
      // Mostly the first place that it is over is its own: that is no news, and would drown the sentence before.
      const isNews = !isJustPickedUp.current || over?.id !== active.id;
      isJustPickedUp.current = false;
      if (!over || !isNews) return undefined;
      return `${nameOf(active.id)} would be step ${indexOf(over.id) + 1} of ${names.length}.`;
    },
    onDragEnd: ({ active, over }) => (over ? `${nameOf(active.id)} was put down.` : undefined),
    onDragCancel: ({ active }) => `${nameOf(active.id)} stays where it was.`,
  };

  return (
    <Stack gap="xs">
      <DndContext
        sensors={sensors}
        collisionDetection={collidesWith}
        onDragEnd={drop}
        accessibility={{
          announcements,
          screenReaderInstructions: {
            draggable:
              'Press space to pick the step up, the arrows to move it, space to put it down, escape to leave it.',
          },
        }}
      >
        <SortableContext items={marks} strategy={verticalListSortingStrategy}>
          <Stack gap={6} component="ol" m={0} p={0} style={{ listStyle: 'none' }} aria-label="Steps">
            {flow.steps.map((step, index) => (
              <StepCard
                key={marks[index]}
                step={step}
                mark={marks[index] ?? String(index)}
                index={index}
                count={flow.steps.length}
                isOpen={open?.index === index}
                isNew={added === index}
                onToggle={() => onOpen(open?.index === index ? null : { index, left: null })}
                onMove={(to) => move(index, to)}
                onDuplicate={() => duplicate(index)}
                onRemove={() => remove(index)}
              />
            ))}
          </Stack>
        </SortableContext>
      </DndContext>
      {flow.steps.length === 0 && (
        <Text size="sm" c="dimmed">
          There is no step yet. Devices carry out the steps of a flow one after the other, and stop at the first that
          fails.
        </Text>
      )}
      {faults
        .filter(({ place }) => place === 'steps')
        .map(({ message }) => (
          <Text key={message} size="sm" c="var(--status-failed)">
            {message}
          </Text>
        ))}
      <AddStep onAdd={add} isOff={isStale} />
      <VisuallyHidden role="status">{said}</VisuallyHidden>
    </Stack>
  );
}
