import { describe, expect, it } from 'vitest';
import { isOfRegistry, refFault, repositoryFault } from './git-address.rules.ts';

describe('the address of a repository', () => {
  it('is one of the protocols that name no program', () => {
    const good = [
      'https://host/app.git',
      'http://127.0.0.1:8080/a/b',
      'ssh://git@host:2222/app.git',
      'git@host.example:team/app.git',
      'git://host/app.git',
      'file:///srv/app.git',
      'https://host/ünïcode/$(reboot)/`id`.git',
    ];
    for (const address of good) expect(repositoryFault(address)).toBeNull();
  });

  it('runs nothing and is no option', () => {
    const bad = [
      'ext::sh -c reboot',
      'ext::sh',
      'fd::7',
      '--upload-pack=touch',
      '-u',
      'ssh://-oProxyCommand=reboot/app',
      'git@-oProxyCommand=reboot:app',
      'git@host:-app',
      'https://host/a b',
      'https://host/a\nb',
      'https://host/team/../other.git',
      'git@host:../app',
      '/srv/app.git',
      '../app.git',
      '',
      `https://host/${'a'.repeat(4096)}`,
    ];
    for (const address of bad) expect(repositoryFault(address)).toMatch(/^The repository ".*" (must|has) .*\.$/s);
  });

  it('holds no credentials, and they are not repeated', () => {
    expect(repositoryFault('https://joe:geheim@host/app.git')).toBe(
      'The repository https://host/app.git must not contain a user name or password: keep them as a registry.',
    );
    expect(repositoryFault('https://token@host/app.git')).not.toContain('token');
    expect(repositoryFault('ssh://git:geheim@host/app.git')).not.toContain('geheim');
  });

  it('gets the credentials of a registry only on its host and below its path', () => {
    const registry = 'https://git.example.org/team';
    expect(isOfRegistry('https://git.example.org/team/app.git', registry)).toBe(true);
    expect(isOfRegistry('https://git.example.org/team', `${registry}/`)).toBe(true);
    for (const other of [
      'https://git.example.org/teammate/app.git',
      'https://git.example.org/team/%2e%2e/app.git',
      'https://git.example.org:8443/team/app.git',
      'http://git.example.org/team/app.git',
      'https://git.example.org.evil.net/team/app.git',
      'git@git.example.org:team/app.git',
    ]) {
      expect(isOfRegistry(other, registry)).toBe(false);
    }
  });
});

describe('the name of a branch, tag or commit', () => {
  it('is what git allows as one', () => {
    for (const ref of [
      'main',
      'v1.2.3',
      'release/2026-11',
      'refs/tags/v1',
      '4a5b6c7',
      "o'neil;$(reboot)`id`",
      'größer',
    ]) {
      expect(refFault(ref)).toBeNull();
    }
  });

  it('is no option, no range and no path out', () => {
    const bad = [
      '',
      '-',
      '--upload-pack=x',
      'a..b',
      '../main',
      '/main',
      'main/',
      'a b',
      'a\nb',
      'a~1',
      'a^',
      'a:b',
      'x.lock',
      '@',
      'a@{1}',
      '.a',
      'a*',
      'a\\b',
      'a'.repeat(251),
      'a\0',
    ];
    for (const ref of bad) expect(refFault(ref)).toMatch(/cannot be the name of a branch, a tag or a commit\.$/);
  });
});
