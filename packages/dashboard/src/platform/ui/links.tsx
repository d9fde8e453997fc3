import {
  Anchor,
  type AnchorProps,
  Button,
  type ButtonProps,
  Menu,
  type MenuItemProps,
  NavLink,
  type NavLinkProps,
} from '@mantine/core';
import { createLink } from '@tanstack/react-router';
import type { ComponentPropsWithRef } from 'react';

// Components of the library that lead to pages of the router; `to` and `params` are checked against it.

type AnchorElementProps = Omit<ComponentPropsWithRef<'a'>, 'color' | 'style'>;

export const TextLink = createLink((props: AnchorProps & AnchorElementProps) => <Anchor size="sm" {...props} />);
export const ButtonLink = createLink((props: ButtonProps & AnchorElementProps) => <Button component="a" {...props} />);
export const NavigationLink = createLink((props: NavLinkProps & AnchorElementProps) => (
  <NavLink component="a" {...props} />
));
export const MenuLink = createLink((props: MenuItemProps & AnchorElementProps) => (
  <Menu.Item component="a" {...props} />
));
