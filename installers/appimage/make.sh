#!/bin/sh
# An AppImage from the bundle, into dist. Wants mksquashfs, and appimagetool on the path, of a version that you have
# checked yourself; the runtime that goes in front of the file system it fetches, unless APPIMAGE_RUNTIME names a file.
set -eu
umask 022
cd "$(dirname "$0")/../.."
command -v appimagetool >/dev/null || { echo "appimagetool is missing." >&2; exit 1; }
app=org.snug.Snug
version=$(sed -n 's/^__version__ = "\(.*\)"$/\1/p' desktop/__init__.py)
folder=build/AppDir
rm -rf "$folder"
mkdir -p "$folder/usr/lib" dist
cp -a build/package/snug "$folder/usr/lib/snug"
python3 installers/linux/share.py "$folder/usr/share"
ln -s usr/lib/snug/snug "$folder/AppRun"
cp "$folder/usr/share/applications/$app.desktop" "$folder/usr/share/icons/hicolor/256x256/apps/$app.png" "$folder/"
ln -s "$app.png" "$folder/.DirIcon"
# The same files give the same AppImage: every time in it is that of the last commit.
: "${SOURCE_DATE_EPOCH:=$(git log -1 --format=%ct)}"
find "$folder" -exec touch --no-dereference --date="@$SOURCE_DATE_EPOCH" {} +
# Its own check of the description fails for want of a home page.
VERSION=$version SOURCE_DATE_EPOCH=$SOURCE_DATE_EPOCH appimagetool --no-appstream \
    ${APPIMAGE_RUNTIME:+--runtime-file "$APPIMAGE_RUNTIME"} \
    "$folder" "dist/snug-$version-$(uname -m).AppImage"
