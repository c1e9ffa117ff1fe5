# A security archive of a host's own, with a newer version of a package that it has.
set -e
package=sudo
place=/srv/security-archive
mkdir -p $place/pool /tmp/build/DEBIAN
version=$(dpkg-query -W -f '${Version}' $package)
printf 'Package: %s\nVersion: %s+deb13u99\nArchitecture: all\nMaintainer: test <a@b.c>\nDescription: a security update\n' $package "$version" > /tmp/build/DEBIAN/control
dpkg-deb --build /tmp/build $place/pool/$package.deb >/dev/null
cd $place
size=$(stat -c %s pool/$package.deb); sum=$(sha256sum pool/$package.deb | cut -d' ' -f1)
{ cat /tmp/build/DEBIAN/control; printf 'Filename: pool/%s.deb\nSize: %s\nSHA256: %s\n\n' $package $size $sum; } > Packages
printf 'Origin: Debian\nLabel: Debian-Security\nSuite: stable-security\nCodename: trixie-security\nVersion: 13\nArchitectures: all amd64\nSHA256:\n %s %s Packages\n' $(sha256sum Packages | cut -d' ' -f1) $(stat -c %s Packages) > Release
echo "deb [trusted=yes] file:$place ./" > /etc/apt/sources.list.d/security-archive.list
