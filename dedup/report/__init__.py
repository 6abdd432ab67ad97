"""What the user sees: progress, the summary, differences, explanations."""
