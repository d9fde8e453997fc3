import { Anchor, Box, Button, Stack, Text } from '@mantine/core';
import type { UpdateFlowVersion } from '@tideway/protocol';
import { Refused } from '../../platform/api/refused.ts';
import { TextLink } from '../../platform/ui/links.tsx';
import { ErrorNote, LoadingNote } from '../../platform/ui/notes.tsx';
import { useProjectKey } from '../projects/project.queries.ts';
import { DeployButton } from './deploy-button.tsx';
import { DryRunFacts } from './dry-run-facts.tsx';
import { fieldWord } from './field-words.rules.ts';
import classes from './new-deployment.module.css';
import { inPageOrder, type OrderFaults, type OrderField, sectionOfField } from './order-faults.rules.ts';
import { fieldId, goTo, sectionId } from './order-field.ts';
import { OrderLines } from './order-lines.tsx';
import { OrderStep } from './order-step.tsx';
import type { OrderBody } from './order-values.rules.ts';
import type { DeployState } from './use-deploy.ts';
import type { Checked } from './use-dry-run.ts';

type ReviewStepProps = {
  /** What is missing or wrong, by field. */
  faults: OrderFaults;
  body: OrderBody;
  flow: UpdateFlowVersion | undefined;
  checked: Checked;
  deploy: DeployState;
  /** Whether something of the filter does not count yet. */
  isUnfinished: boolean;
};

/** The order as the server understands it, the same as lines to take elsewhere, and the button. */
export function ReviewStep({ faults, body, flow, checked, deploy, isUnfinished }: ReviewStepProps) {
  const missing = inPageOrder(faults);
  const isComplete = missing.length === 0 && flow !== undefined;
  const dry = isComplete && checked.isCurrent ? checked.dry : null;
  const isChecking = isComplete && !checked.isCurrent;
  return (
    <OrderStep step="review">
      <Stack gap="md">
        {missing.length > 0 && <Missing faults={missing} />}
        {isComplete && <CheckedOrder body={body} flow={flow} checked={checked} />}
        <Outcome deploy={deploy} />
        <DeployButton body={body} dry={dry} isChecking={isChecking} isUnfinished={isUnfinished} deploy={deploy} />
        {isComplete && <OrderLines body={body} inputs={flow.inputs} />}
      </Stack>
    </OrderStep>
  );
}

function CheckedOrder({ body, flow, checked }: { body: OrderBody; flow: UpdateFlowVersion; checked: Checked }) {
  const { dry, error, isCurrent, askAgain } = checked;
  if (isCurrent && error !== null) return <ErrorNote error={error} onRetry={askAgain} />;
  if (dry === null) return <LoadingNote what="Checking the deployment" />;
  return (
    <Box aria-busy={!isCurrent} style={{ opacity: isCurrent ? 1 : 0.6 }}>
      <DryRunFacts body={body} dry={dry} flowName={`${flow.name}, version ${flow.version}`} />
    </Box>
  );
}

function Missing({ faults }: { faults: [OrderField, string][] }) {
  return (
    <div>
      <Text size="sm">Before this can be deployed:</Text>
      <ul className={classes.notes}>
        {faults.map(([field, message]) => (
          <li key={field} style={{ overflowWrap: 'anywhere' }}>
            <Anchor
              component="button"
              type="button"
              size="sm"
              underline="always"
              onClick={() => goTo(fieldId(field), sectionId(sectionOfField(field)))}
            >
              {fieldWord(field)}
            </Anchor>
            : {message}
          </li>
        ))}
      </ul>
    </div>
  );
}

/** What became of the last try. */
function Outcome({ deploy: { error, deployAsAnother } }: { deploy: DeployState }) {
  const project = useProjectKey();
  if (error === null) return null;
  if (!(error instanceof Refused) || error.code !== 'idempotency_conflict') return <ErrorNote error={error} />;
  return (
    <Stack gap="xs" role="alert" align="flex-start">
      <Text size="sm">
        The deployment that you sent before has reached the server, and only its answer was lost. Since then you have
        changed the form. See what was deployed in the list of{' '}
        <TextLink to="/p/$project/deployments" params={{ project }} underline="always">
          deployments
        </TextLink>
        . If what stands here now is to be deployed as well, say so, and deploy again.
      </Text>
      <Button variant="default" size="xs" onClick={deployAsAnother}>
        This is another deployment
      </Button>
    </Stack>
  );
}
