import { Stack } from '@mantine/core';
import type { Deployment } from '@tideway/protocol';
import { TextLink } from '../../platform/ui/links.tsx';
import { Section } from '../../platform/ui/section.tsx';
import { DeploymentLine } from './deployment-line.tsx';

/** What was ordered last; for those who may not read the audit log. */
export function RecentDeployments({ project, deployments }: { project: string; deployments: Deployment[] }) {
  return (
    <Section
      title="Latest deployments"
      actions={
        <TextLink to="/p/$project/deployments" params={{ project }}>
          All deployments
        </TextLink>
      }
    >
      <Stack component="ul" gap="md" p={0} m={0}>
        {deployments.map((deployment) => (
          <DeploymentLine key={deployment.id} project={project} deployment={deployment} />
        ))}
      </Stack>
    </Section>
  );
}
