import { Button, createTheme, type CSSVariablesResolver, type MantineColorsTuple } from "@mantine/core";

// Mantine derives shades from ten steps; the console has one accent, which tokens.css names.
const accent: MantineColorsTuple = [
  "#e3f6f8", "#c9edf1", "#9fdde5", "#6fd3e0", "#3fb5c4", "#1f97a8", "#0f7787", "#0b6170", "#094f5c", "#06272c",
];

export const theme = createTheme({
  primaryColor: "accent",
  colors: { accent },
  primaryShade: { light: 7, dark: 3 },
  autoContrast: true,
  fontFamily: "system-ui, -apple-system, 'Segoe UI', Roboto, 'Noto Sans', sans-serif",
  fontSizes: { xs: "12px", sm: "13px", md: "14px", lg: "16px", xl: "20px" },
  spacing: { xs: "4px", sm: "8px", md: "12px", lg: "16px", xl: "24px" },
  defaultRadius: 4,
  components: {
    Button: Button.extend({
      defaultProps: { size: "xs" },
      // Mantine chooses it by the light shade alone: white on the accent of the dark colors could not be read.
      vars: (_, props) => ({ root: props.variant === "filled" ? { "--button-color": "var(--on-accent)" } : {} }),
    }),
    TextInput: { defaultProps: { size: "xs" } },
    Select: { defaultProps: { size: "xs" } },
    PasswordInput: { defaultProps: { size: "xs" } },
    Modal: { defaultProps: { closeButtonProps: { "aria-label": "Close" } } },
  },
});

export const variables: CSSVariablesResolver = () => {
  const both = {
    "--mantine-color-body": "var(--page)",
    "--mantine-color-text": "var(--text)",
    "--mantine-color-dimmed": "var(--dim)",
    "--mantine-color-anchor": "var(--accent)",
    "--mantine-color-placeholder": "var(--dim)",
    "--mantine-color-error": "var(--bad-text)",
    "--mantine-primary-color-contrast": "var(--on-accent)",
    "--mantine-primary-color-filled": "var(--accent)",
    "--mantine-color-default-border": "var(--control)",
  };
  // Mantine sets them for each color scheme, so they are set again there.
  return { variables: {}, light: both, dark: both };
};
