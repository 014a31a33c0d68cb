"""Sensor models: true motion and clean pictures in, what a real device would report out."""
