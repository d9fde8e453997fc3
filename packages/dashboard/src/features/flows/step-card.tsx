import { useSortable } from '@dnd-kit/sortable';
import { ActionIcon, Badge, Box, Group, Paper, Text, UnstyledButton } from '@mantine/core';
import {
  IconAlertTriangle,
  IconArrowDown,
  IconArrowUp,
  IconChevronDown,
  IconChevronRight,
  IconCopy,
  IconGripVertical,
  IconTrash,
} from '@tabler/icons-react';
import type { ReactNode } from 'react';
import { countText } from '../../platform/ui/number-text.ts';
import type { DrawnStep } from './drawing.rules.ts';
import { faultOfStepText, isWithin } from './fault-place.rules.ts';
import { useFlowEditing } from './flow-editing.tsx';
import classes from './step-card.module.css';
import { StepForm } from './step-form.tsx';
import { summaryOf, typeText } from './step-words.ts';

export type StepCardProps = {
  step: DrawnStep;
  mark: string;
  index: number;
  count: number;
  isOpen: boolean;
  isNew: boolean;
  onToggle: () => void;
  onMove: (to: number) => void;
  onDuplicate: () => void;
  onRemove: () => void;
};

/** One step of the drawing: what it is, what is wrong with it, and its form when it is open. */
export function StepCard(props: StepCardProps) {
  const { step, mark, index, count, isOpen, isNew, onToggle, onMove, onDuplicate, onRemove } = props;
  const { faults, isStale } = useFlowEditing();
  const sortable = useSortable({ id: mark, disabled: isStale });
  const own = faults.filter(({ place }) => isWithin(place, `steps[${index}]`));
  const name = step.name || `step ${index + 1}`;
  return (
    <Paper
      component="li"
      withBorder
      ref={sortable.setNodeRef}
      className={`${classes.card} ${sortable.isDragging ? classes.isDragged : ''} ${own.length > 0 ? classes.isFaulty : ''}`}
      style={{
        transform: sortable.transform ? `translate3d(0, ${sortable.transform.y}px, 0)` : undefined,
        transition: sortable.transition,
      }}
      aria-label={`Step ${index + 1}: ${name}`}
      data-mark={mark}
    >
      <Group gap={4} wrap="nowrap" p={4} align="center">
        <ActionIcon
          ref={sortable.setActivatorNodeRef}
          variant="subtle"
          color="gray"
          disabled={isStale}
          className={classes.handle}
          {...sortable.attributes}
          {...sortable.listeners}
          aria-label={`Drag ${name}`}
        >
          <IconGripVertical size={16} />
        </ActionIcon>
        <UnstyledButton className={classes.head} onClick={onToggle} aria-expanded={isOpen}>
          <span className={classes.title}>
            {isOpen ? <IconChevronDown size={14} aria-hidden /> : <IconChevronRight size={14} aria-hidden />}
            <span className="numbers">{index + 1}</span>
            <Text span size="sm" fw={600} className={classes.name}>
              {name}
            </Text>
          </span>
          <Badge variant="default" tt="none" fw={400} style={{ flexShrink: 0 }}>
            {typeText(step.type)}
          </Badge>
          {own.length > 0 && <FaultMark count={own.length} />}
        </UnstyledButton>
        <Tool label={`Move ${name} up`} isOff={isStale || index === 0} onClick={() => onMove(index - 1)}>
          <IconArrowUp size={14} />
        </Tool>
        <Tool label={`Move ${name} down`} isOff={isStale || index === count - 1} onClick={() => onMove(index + 1)}>
          <IconArrowDown size={14} />
        </Tool>
        <Tool label={`Duplicate ${name}`} isOff={isStale} onClick={onDuplicate}>
          <IconCopy size={14} />
        </Tool>
        <Tool label={`Remove ${name}`} isOff={isStale} onClick={onRemove}>
          <IconTrash size={14} />
        </Tool>
      </Group>
      {!isOpen && (
        <Box className={classes.under}>
          <Text size="xs" c="dimmed" className="mono" truncate>
            {summaryOf(step)}
          </Text>
          {own[0] && (
            <Text size="xs" c="var(--status-failed)" lineClamp={2}>
              {faultOfStepText(own[0])}
            </Text>
          )}
        </Box>
      )}
      {isOpen && (
        <Box className={classes.form}>
          <StepForm step={step} index={index} isNew={isNew} />
        </Box>
      )}
    </Paper>
  );
}

function FaultMark({ count }: { count: number }) {
  return (
    <Text span size="xs" c="var(--status-failed)" className={classes.fault}>
      <IconAlertTriangle size={14} aria-hidden /> {countText(count, 'error')}
    </Text>
  );
}

type ToolProps = { label: string; isOff: boolean; onClick: () => void; children: ReactNode };

function Tool({ label, isOff, onClick, children }: ToolProps) {
  return (
    <ActionIcon
      variant="subtle"
      color="gray"
      size="sm"
      aria-label={label}
      title={label}
      disabled={isOff}
      onClick={onClick}
    >
      {children}
    </ActionIcon>
  );
}
