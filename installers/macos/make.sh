#!/bin/sh
# The macOS installer from the bundle: Snug.app in a disk image, into dist. Never run by us yet: see RELEASE.md.
#
# SNUG_SIGN_AS       name of a Developer ID Application certificate in the keychain; without it nothing is signed
# SNUG_NOTARY        name of a notarytool keychain profile; without it nothing is notarised
# SNUG_KEYCHAIN      the keychain that the profile is in, where it is not the user's own
set -eu
cd "$(dirname "$0")/../.."
version=$(sed -n 's/^__version__ = "\(.*\)"$/\1/p' desktop/__init__.py)
app=build/package/Snug.app
image="dist/snug-$version-macos-$(uname -m).dmg"
[ -d "$app" ] || { echo "$app is not there: make package builds it." >&2; exit 1; }
mkdir -p dist

if [ -n "${SNUG_SIGN_AS:-}" ]; then
    # From the inside out: what is signed later seals what was signed before.
    find "$app/Contents" -type f \( -name '*.dylib' -o -name '*.so' -o -perm -u+x \) -print0 |
        xargs -0 -n 1 codesign --force --timestamp --options runtime --sign "$SNUG_SIGN_AS"
    codesign --force --timestamp --options runtime --entitlements installers/macos/entitlements.plist \
        --sign "$SNUG_SIGN_AS" "$app"
    codesign --verify --deep --strict "$app"
else
    # As PyInstaller left it. A hardened runtime would refuse libraries that no team has signed.
    echo "No identity (SNUG_SIGN_AS): the app is not signed, and macOS will warn of it."
fi

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cp -R "$app" "$folder/Snug.app"
ln -s /Applications "$folder/Applications"
rm -f "$image"
hdiutil create -volname Snug -srcfolder "$folder" -format ULMO -quiet "$image"

if [ -n "${SNUG_SIGN_AS:-}" ] && [ -n "${SNUG_NOTARY:-}" ]; then
    codesign --timestamp --sign "$SNUG_SIGN_AS" "$image"
    xcrun notarytool submit "$image" --keychain-profile "$SNUG_NOTARY" \
        ${SNUG_KEYCHAIN:+--keychain "$SNUG_KEYCHAIN"} --wait
    xcrun stapler staple "$image"
    xcrun stapler validate "$image"
else
    echo "No notary profile (SNUG_NOTARY): the image is not notarised."
fi
echo "  $image"
