import { Alert, Button, Group, SegmentedControl, Select, Stack, Text } from '@mantine/core';
import { useHotkeys, useMediaQuery } from '@mantine/hooks';
import { IconArrowBackUp, IconArrowForwardUp } from '@tabler/icons-react';
import { useNavigate } from '@tanstack/react-router';
import type { Fault } from '@tideway/protocol';
import { type ReactNode, useMemo, useReducer, useRef, useState } from 'react';
import { Refused } from '../../platform/api/refused.ts';
import { LeaveGuard } from '../../platform/ui/leave-guard.tsx';
import { ErrorNote } from '../../platform/ui/notes.tsx';
import { Page } from '../../platform/ui/page.tsx';
import { tellDone } from '../../platform/ui/tell.ts';
import { CodeEditor, type CodeEditorHandle, type CodeHistory } from './code-editor.tsx';
import { DrawingSide } from './drawing-side.tsx';
import { openEditor, reduceEditor } from './editor-state.rules.ts';
import { FaultList } from './fault-list.tsx';
import { faultsOf, stepOf } from './fault-place.rules.ts';
import { saveFlow } from './flow.queries.ts';
import classes from './flow-editor.module.css';
import { faultsToShow } from './open-step.rules.ts';
import { useFlowCheck } from './use-flow-check.ts';
import { useFlowDraft } from './use-flow-draft.ts';

type FlowEditorProps = {
  project: string;
  /** The flow that gets a new version; null for a new one. */
  id: string | null;
  title: string;
  /** What the editor begins with. */
  text: string;
  /** The newest version that is saved; null where there is none. */
  saved: string | null;
};

/** A flow as drawing and as text, side by side: both are the same thing, and the text is the truth. */
export function FlowEditor({ project, id, title, text: begun, saved }: FlowEditorProps) {
  const navigate = useNavigate();
  const [state, dispatch] = useReducer(reduceEditor, begun, openEditor);
  const [side, setSide] = useState<'steps' | 'text'>('steps');
  const [history, setHistory] = useState<CodeHistory>({ canUndo: false, canRedo: false });
  const [isBusy, setBusy] = useState(false);
  const [refused, setRefused] = useState<{ text: string; error: unknown } | null>(null);
  const isSending = useRef(false);
  const isSaved = useRef(false);
  const code = useRef<CodeEditorHandle>(null);
  const faultList = useRef<HTMLDivElement>(null);
  const isNarrow = useMediaQuery('(max-width: 62em)') ?? false;

  const { text, syntaxFaults, open } = state;
  const isStale = syntaxFaults.length > 0;
  const isChanged = text !== begun;
  const draft = useFlowDraft(project, id, text, isChanged);
  const check = useFlowCheck(project, id, text, !isStale);
  const refusal = refused?.text === text ? refused.error : null;
  const errors = useMemo(() => {
    if (isStale) return syntaxFaults;
    if (refusal instanceof Refused && refusal.faults.length > 0) return refusal.faults;
    // A flow that nobody has begun yet is not wrong.
    return id === null && text === begun ? [] : (check.found?.errors ?? []);
  }, [isStale, syntaxFaults, refusal, id, text, begun, check.found]);
  const warnings = useMemo(() => (isStale ? [] : (check.found?.warnings ?? [])), [isStale, check.found]);
  const names = state.flows.map(({ name }) => name);
  const flow = state.flows[state.shown];

  async function save() {
    // A name is taken over when its field is left.
    if (document.activeElement instanceof HTMLElement) document.activeElement.blur();
    await new Promise((resolve) => requestAnimationFrame(resolve));
    await latestSave.current();
  }

  async function send() {
    // A second click may come before the first is shown.
    if (isSending.current || (saved !== null && text === saved)) return;
    dispatch({ kind: 'tell' });
    if (isStale || (errors.length > 0 && check.isCurrent)) {
      faultList.current?.focus();
      return;
    }
    isSending.current = true;
    setBusy(true);
    try {
      const { message, update_flows } = await saveFlow(project, id, text);
      isSaved.current = true;
      draft.drop();
      tellDone(message);
      const [only] = update_flows.length === 1 ? update_flows : [];
      // The way back leads past the editor, whose text is saved.
      if (only) await navigate({ to: '/p/$project/flows/$flow', params: { project, flow: only.uuid }, replace: true });
      else await navigate({ to: '/p/$project/flows', params: { project }, replace: true });
    } catch (error) {
      setRefused({ text, error });
    } finally {
      isSending.current = false;
      setBusy(false);
    }
  }
  const latestSave = useRef(send);
  latestSave.current = send;

  useHotkeys([['mod+S', () => void save()]], [], true);

  function goTo(fault: Fault) {
    const index = state.flows.findIndex(({ name }) => faultsOf([fault], name, names).some(({ place }) => place !== ''));
    const owner = state.flows[index];
    if (owner) {
      if (index !== state.shown) dispatch({ kind: 'show', index });
      const step = faultsOf([fault], owner.name, names).map(({ place }) => stepOf(place))[0] ?? null;
      if (step !== null) dispatch({ kind: 'open', open: { index: step, left: null } });
    }
    setSide('text');
    // The text may only now be shown.
    requestAnimationFrame(() => code.current?.goTo(fault.line ?? 1));
  }

  // Beside the forms where there is room, so that these do not jump while somebody types in them.
  const faultLists = (
    <>
      <FaultList faults={errors} kind="error" onGo={goTo} listRef={faultList} />
      <FaultList faults={warnings} kind="warning" onGo={goTo} />
    </>
  );
  return (
    <Page
      title={title}
      actions={
        <>
          <SaveState isChanged={isChanged} isChecked={check.isCurrent && errors.length === 0} />
          <Button onClick={save} loading={isBusy} disabled={saved !== null && text === saved} title="Ctrl+S">
            Save
          </Button>
        </>
      }
    >
      <Stack gap="sm" mb="sm">
        {draft.offered !== null && (
          <Alert className={classes.offer} color="gray" title="What you typed here last was not saved">
            <Group gap="xs">
              <Text size="sm">It was kept when the page was left or reloaded.</Text>
              <Button
                size="xs"
                onClick={() => {
                  dispatch({ kind: 'text', text: draft.offered ?? text });
                  draft.accept();
                }}
              >
                Restore it
              </Button>
              <Button size="xs" variant="default" onClick={draft.decline}>
                Discard it
              </Button>
            </Group>
          </Alert>
        )}
        {refusal !== null && errors.length === 0 && <ErrorNote error={refusal} />}
        {check.error !== null && !isStale && refusal === null && <ErrorNote error={check.error} />}
        {isNarrow && faultLists}
        {names.length > 1 && (
          <Select
            label="Flow of this text"
            maw={320}
            allowDeselect={false}
            value={String(state.shown)}
            data={names.map((name, index) => ({ value: String(index), label: name }))}
            onChange={(value) => dispatch({ kind: 'show', index: Number(value) })}
          />
        )}
      </Stack>
      <div className={classes.choice}>
        <SegmentedControl
          aria-label="Shown side"
          fullWidth
          value={side}
          onChange={(value) => setSide(value === 'text' ? 'text' : 'steps')}
          data={[
            { value: 'steps', label: 'Steps' },
            { value: 'text', label: 'Text' },
          ]}
        />
      </div>
      <div className={classes.sides} data-side={side}>
        <div className={classes.drawing}>
          <DrawingSide
            flow={flow}
            names={names}
            marks={state.marks}
            faults={flow ? faultsToShow(faultsOf(isStale ? [] : errors, flow.name, names), flow, open) : []}
            staleFault={syntaxFaults[0] ?? null}
            open={open}
            onOpen={(opened) => dispatch({ kind: 'open', open: opened })}
            edit={(edit) => dispatch({ kind: 'edit', edit })}
            leave={(place) => dispatch({ kind: 'leave', place })}
          />
        </div>
        <section className={classes.text} aria-label="Text of the flow">
          <Group gap="xs" justify="flex-end">
            <HistoryButton label="Undo" isOff={!history.canUndo} onClick={() => code.current?.undo()}>
              <IconArrowBackUp size={14} />
            </HistoryButton>
            <HistoryButton label="Redo" isOff={!history.canRedo} onClick={() => code.current?.redo()}>
              <IconArrowForwardUp size={14} />
            </HistoryButton>
          </Group>
          <CodeEditor
            text={text}
            onChange={(changed) => dispatch({ kind: 'text', text: changed })}
            onHistory={setHistory}
            errors={errors}
            warnings={warnings}
            label="YAML of the flow"
            handle={code}
          />
          {!isNarrow && faultLists}
        </section>
      </div>
      <LeaveGuard isNeeded={() => isChanged && !isSaved.current} title="Leave without saving?" onLeave={draft.drop}>
        What you changed in this update flow is not saved, and will be gone.
      </LeaveGuard>
    </Page>
  );
}

function SaveState({ isChanged, isChecked }: { isChanged: boolean; isChecked: boolean }) {
  if (!isChanged) return null;
  return (
    <Text size="sm" c="dimmed" role="status">
      {isChecked ? 'Not saved yet, no errors' : 'Not saved yet'}
    </Text>
  );
}

type HistoryButtonProps = { label: string; isOff: boolean; onClick: () => void; children: ReactNode };

/** Keeps the focus where it is switched off by its own last click, so that the keyboard does not lose its place. */
function HistoryButton({ label, isOff, onClick, children }: HistoryButtonProps) {
  return (
    <Button
      variant="default"
      size="compact-sm"
      leftSection={children}
      aria-disabled={isOff}
      {...(isOff && { 'data-disabled': true })}
      onClick={onClick}
    >
      {label}
    </Button>
  );
}
