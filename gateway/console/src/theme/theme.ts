import { createTheme, defaultVariantColorsResolver, type CSSVariablesResolver, type MantineColorsTuple, type VariantColorsResolver } from "@mantine/core";

// Mantine derives shades from ten steps; the console has one accent, which tokens.css names.
const accent: MantineColorsTuple = [
  "#e3f6f8", "#c9edf1", "#9fdde5", "#6fd3e0", "#3fb5c4", "#1f97a8", "#0f7787", "#0b6170", "#094f5c", "#06272c",
];

/** Mantine looks at the light shade alone to choose what can be read on it, so that dark colors got white on light. */
const resolver: VariantColorsResolver = (input) => {
  const colors = defaultVariantColorsResolver(input);
  return input.variant === "filled" ? { ...colors, color: "var(--on-accent)" } : colors;
};

/** The button has no name of its own, and the header would be a second banner of the page. */
const DIALOG = { closeButtonProps: { "aria-label": "Close" }, attributes: { header: { role: "presentation" } } };

export const theme = createTheme({
  primaryColor: "accent",
  colors: { accent },
  primaryShade: { light: 7, dark: 3 },
  variantColorResolver: resolver,
  fontFamily: "system-ui, -apple-system, 'Segoe UI', Roboto, 'Noto Sans', sans-serif",
  fontSizes: { xs: "12px", sm: "13px", md: "14px", lg: "16px", xl: "20px" },
  spacing: { xs: "4px", sm: "8px", md: "12px", lg: "16px", xl: "24px" },
  defaultRadius: 4,
  components: {
    Button: { defaultProps: { size: "xs" } },
    TextInput: { defaultProps: { size: "xs" } },
    Select: { defaultProps: { size: "xs" } },
    PasswordInput: { defaultProps: { size: "xs" } },
    Drawer: { defaultProps: DIALOG },
    // Its place for the focus is something that a menu must not contain; the first item gets the focus instead.
    Menu: { defaultProps: { withInitialFocusPlaceholder: false } },
    Modal: { defaultProps: DIALOG },
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
    "--mantine-color-default": "var(--page)",
    "--mantine-color-default-color": "var(--text)",
    "--mantine-color-default-hover": "var(--sunken)",
    "--mantine-color-default-border": "var(--control)",
  };
  // The grounds and borders of what lies over a page.
  const dark = { ...both, "--mantine-color-dark-6": "var(--page)", "--mantine-color-dark-5": "var(--sunken)", "--mantine-color-dark-4": "var(--control)" };
  // Mantine sets them for each color scheme, so they are set again there.
  return { variables: {}, light: both, dark };
};
