#!/bin/sh
# A Flatpak from the bundle, into dist: one file for "flatpak install". Wants flatpak-builder, and the SDK that the
# manifest names.
set -eu
umask 022
cd "$(dirname "$0")/../.."
app=org.snug.Snug
version=$(sed -n 's/^__version__ = "\(.*\)"$/\1/p' desktop/__init__.py)
mkdir -p dist
rm -rf build/share
python3 installers/linux/share.py build/share
flatpak-builder --user --force-clean --state-dir=build/flatpak-state --repo=build/flatpak-repo \
    build/flatpak "installers/flatpak/$app.yml"
flatpak build-bundle --runtime-repo=https://dl.flathub.org/repo/flathub.flatpakrepo \
    build/flatpak-repo "dist/snug-$version-$(uname -m).flatpak" "$app"
