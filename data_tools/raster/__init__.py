"""Drawings to pictures, pixel for pixel as the original's svgwrite + cairosvg + Pillow pipeline."""

from data_tools.raster.renderers import RENDERERS, choose_renderer, rasterize

__all__ = ["RENDERERS", "choose_renderer", "rasterize"]
