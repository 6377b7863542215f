/** Links inside the console that look as Mantine's do. */
import { Anchor, type AnchorProps, Button, type ButtonProps } from '@mantine/core';
import { createLink } from '@tanstack/react-router';
import type { ComponentPropsWithRef } from 'react';

type Props<Own> = Own & Omit<ComponentPropsWithRef<'a'>, keyof Own>;

export const Go = createLink((props: Props<AnchorProps>) => <Anchor {...props} />);
export const GoButton = createLink((props: Props<ButtonProps>) => <Button component="a" {...props} />);
