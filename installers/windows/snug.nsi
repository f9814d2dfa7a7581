; Snug for Windows: for one user, without administrator rights, over an older version in place.
;   makensis -DVERSION=0.1.0 -DPAYLOAD=build\package\snug -DICON=build\icons\snug.ico -DOUT=dist\snug-0.1.0-setup.exe installers\windows\snug.nsi

Unicode true
SetCompressor /SOLID lzma
RequestExecutionLevel user
ManifestDPIAware true

!include "MUI2.nsh"
!include "FileFunc.nsh"

!define KEY "Software\Microsoft\Windows\CurrentVersion\Uninstall\Snug"

Name "Snug"
OutFile "${OUT}"
InstallDir "$LOCALAPPDATA\Programs\Snug"
InstallDirRegKey HKCU "${KEY}" "InstallLocation"
VIProductVersion "${VERSION}.0"
VIAddVersionKey "ProductName" "Snug"
VIAddVersionKey "FileDescription" "Talk to open-weight language models on your own computer, offline"
VIAddVersionKey "FileVersion" "${VERSION}"
VIAddVersionKey "LegalCopyright" "Apache-2.0"

!define MUI_ICON "${ICON}"
!define MUI_UNICON "${ICON}"
!define MUI_FINISHPAGE_RUN "$INSTDIR\snug.exe"
!define MUI_FINISHPAGE_RUN_TEXT "Open Snug"
!define MUI_COMPONENTSPAGE_SMALLDESC
!insertmacro MUI_PAGE_COMPONENTS
!insertmacro MUI_PAGE_DIRECTORY
!insertmacro MUI_PAGE_INSTFILES
!insertmacro MUI_PAGE_FINISH
!insertmacro MUI_UNPAGE_CONFIRM
!insertmacro MUI_UNPAGE_INSTFILES
!insertmacro MUI_LANGUAGE "English"

; A file of a running Snug cannot be replaced: a try to write to the program tells.
!macro REFUSE_WHILE_OPEN
  again:
  IfFileExists "$INSTDIR\snug.exe" 0 closed
  ClearErrors
  FileOpen $0 "$INSTDIR\snug.exe" a
  IfErrors 0 +3
  MessageBox MB_RETRYCANCEL|MB_ICONEXCLAMATION "Snug is open. Close it, then try again." /SD IDCANCEL IDRETRY again
  Abort
  FileClose $0
  closed:
!macroend

; Windows keeps what it knows of files: it has to be told.
!macro TELL_OF_FILES
  System::Call 'shell32::SHChangeNotify(i 0x08000000, i 0, p 0, p 0)'
!macroend

Section "Snug"
  SectionIn RO
  !insertmacro REFUSE_WHILE_OPEN
  ; What an older version left must not be found by the new one. Data lies elsewhere.
  RMDir /r "$INSTDIR\_internal"
  SetOutPath "$INSTDIR"
  File /r "${PAYLOAD}\*.*"
  WriteUninstaller "$INSTDIR\remove.exe"
  CreateShortcut "$SMPROGRAMS\Snug.lnk" "$INSTDIR\snug.exe"
  WriteRegStr HKCU "${KEY}" "DisplayName" "Snug"
  WriteRegStr HKCU "${KEY}" "DisplayVersion" "${VERSION}"
  WriteRegStr HKCU "${KEY}" "DisplayIcon" "$INSTDIR\snug.exe"
  WriteRegStr HKCU "${KEY}" "InstallLocation" "$INSTDIR"
  WriteRegStr HKCU "${KEY}" "UninstallString" '"$INSTDIR\remove.exe"'
  WriteRegStr HKCU "${KEY}" "QuietUninstallString" '"$INSTDIR\remove.exe" /S'
  WriteRegDWORD HKCU "${KEY}" "NoModify" 1
  WriteRegDWORD HKCU "${KEY}" "NoRepair" 1
  ${GetSize} "$INSTDIR" "/S=0K" $0 $1 $2
  WriteRegDWORD HKCU "${KEY}" "EstimatedSize" $0
SectionEnd

; What another program opens stays with it: Snug is then one of those under "Open with".
Section "Open model files (.gguf) with Snug"
  WriteRegStr HKCU "Software\Classes\Snug.Model" "" "Language model"
  WriteRegStr HKCU "Software\Classes\Snug.Model\DefaultIcon" "" "$INSTDIR\snug.exe,0"
  WriteRegStr HKCU "Software\Classes\Snug.Model\shell\open\command" "" '"$INSTDIR\snug.exe" "%1"'
  WriteRegNone HKCU "Software\Classes\.gguf\OpenWithProgids" "Snug.Model"
  ReadRegStr $0 HKCU "Software\Classes\.gguf" ""
  StrCmp $0 "" 0 +2
  WriteRegStr HKCU "Software\Classes\.gguf" "" "Snug.Model"
  !insertmacro TELL_OF_FILES
SectionEnd

Section "Uninstall"
  !insertmacro REFUSE_WHILE_OPEN
  RMDir /r "$INSTDIR\_internal"
  Delete "$INSTDIR\snug.exe"
  Delete "$INSTDIR\snug-cli.exe"
  Delete "$INSTDIR\remove.exe"
  RMDir "$INSTDIR"
  Delete "$SMPROGRAMS\Snug.lnk"
  DeleteRegKey HKCU "Software\Classes\Snug.Model"
  ReadRegStr $0 HKCU "Software\Classes\.gguf" ""
  StrCmp $0 "Snug.Model" 0 +2
  DeleteRegValue HKCU "Software\Classes\.gguf" ""
  DeleteRegValue HKCU "Software\Classes\.gguf\OpenWithProgids" "Snug.Model"
  DeleteRegKey /ifempty HKCU "Software\Classes\.gguf\OpenWithProgids"
  DeleteRegKey /ifempty HKCU "Software\Classes\.gguf"
  !insertmacro TELL_OF_FILES
  DeleteRegKey HKCU "${KEY}"
  IfFileExists "$LOCALAPPDATA\Snug\*.*" 0 done
  MessageBox MB_YESNO|MB_ICONQUESTION|MB_DEFBUTTON2 "Delete your chats and models as well? They lie in $LOCALAPPDATA\Snug. This cannot be undone." /SD IDNO IDNO done
  RMDir /r "$LOCALAPPDATA\Snug"
  done:
SectionEnd
