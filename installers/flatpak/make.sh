#!/bin/sh
# A Flatpak from the bundle, into dist: one file for "flatpak install". Wants flatpak-builder, and the SDK that the
# manifest names. FLATPAK_RUNTIME_REPO is where who installs it gets the runtime, if they have nothing for that yet.
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
flatpak build-bundle ${FLATPAK_RUNTIME_REPO:+--runtime-repo="$FLATPAK_RUNTIME_REPO"} \
    build/flatpak-repo "dist/snug-$version-$(uname -m).flatpak" "$app"
