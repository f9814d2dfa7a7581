#!/bin/sh
# An AppImage from the bundle. Untried: nobody has run it yet. Wants appimagetool on the path, of a version that you
# have checked yourself; it brings the runtime that goes in front of the file system.
set -eu
cd "$(dirname "$0")/../.."
command -v appimagetool >/dev/null || { echo "appimagetool is missing." >&2; exit 1; }
version=$(sed -n 's/^__version__ = "\(.*\)"$/\1/p' desktop/__init__.py)
folder=build/AppDir
rm -rf "$folder"
mkdir -p "$folder/usr/lib" dist
cp -a build/package/snug "$folder/usr/lib/snug"
ln -s usr/lib/snug/snug "$folder/AppRun"
cp installers/linux/snug.desktop resources/brand/snug-mark.svg "$folder/"
mv "$folder/snug-mark.svg" "$folder/snug.svg"
appimagetool --no-appstream "$folder" "dist/snug-$version-$(uname -m).AppImage"
