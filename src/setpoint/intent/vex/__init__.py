"""What suppliers and teams state of flaws: OpenVEX and CycloneDX VEX."""
